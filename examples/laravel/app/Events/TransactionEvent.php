<?php

namespace App\Events;

use App\Models\Transaction;
use Illuminate\Broadcasting\PrivateChannel;

/** A charge on the hosting platform, for the payer and the admins. */
abstract class TransactionEvent extends RealtimeEvent
{
    public function __construct(public Transaction $transaction) {}

    abstract protected function details(): array;

    public function broadcastOn(): array
    {
        return [
            new PrivateChannel("user.{$this->transaction->payer->uuid}"),
            new PrivateChannel('admin.payments'),
        ];
    }

    protected function payload(): array
    {
        return [
            'transaction_id' => $this->transaction->id,
            ...$this->transaction->only('amount', 'currency'),
            ...$this->details(),
        ];
    }
}
