<?php

namespace App\Events;

use App\Models\Payment;
use App\Models\User;
use Illuminate\Broadcasting\PrivateChannel;

/** A payment was registered: for the cobrador, his manager, the client, and whoever watches all payments. */
class PaymentReceived extends RealtimeEvent
{
    public function __construct(public Payment $payment) {}

    public function broadcastAs(): string
    {
        return 'payment.received';
    }

    public function broadcastOn(): array
    {
        $cobrador = $this->payment->cobrador;
        $people = [$cobrador, $cobrador?->manager, $this->payment->credit->client];

        return [
            new PrivateChannel('payments'),
            ...($cobrador === null ? [] : [new PrivateChannel("cobrador.{$cobrador->id}")]),
            ...array_map(fn (User $user) => new PrivateChannel("user.{$user->id}"), array_filter($people)),
        ];
    }

    protected function payload(): array
    {
        $cobrador = $this->payment->cobrador;

        return [
            'payment' => $this->payment->only(
                'id', 'amount', 'payment_date', 'payment_method', 'credit_id', 'received_by',
            ),
            'client' => $this->payment->credit->client->person('email', 'phone'),
            'cobrador' => $cobrador?->person('email', 'phone'),
            'manager' => $cobrador?->manager?->person('email'),
        ];
    }
}
