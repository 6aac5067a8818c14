<?php

namespace App\Events;

use App\Models\Credit;
use Illuminate\Broadcasting\PrivateChannel;

/** A credit is overdue, or soon will be: for its cobrador, his manager, and whoever watches these credits. */
class CreditRequiresAttention extends RealtimeEvent
{
    public function __construct(public Credit $credit, public readonly string $reason = 'overdue') {}

    public function broadcastAs(): string
    {
        return 'credit.requires.attention';
    }

    public function broadcastOn(): array
    {
        $cobrador = $this->credit->cobrador;

        return [
            new PrivateChannel('credits-attention'),
            new PrivateChannel("cobrador.{$cobrador->id}"),
            new PrivateChannel("user.{$cobrador->id}"),
            ...($cobrador->manager === null ? [] : [new PrivateChannel("user.{$cobrador->manager->id}")]),
        ];
    }

    protected function payload(): array
    {
        $cobrador = $this->credit->cobrador;

        return [
            'credit' => [
                ...$this->credit->only('id', 'amount', 'balance', 'end_date', 'status'),
                'client' => $this->credit->client->person('phone'),
            ],
            'cobrador' => $cobrador->person(),
            'manager' => $cobrador->manager?->person(),
            'reason' => $this->reason,
        ];
    }
}
