<?php

namespace App\Events;

class PaymentProcessed extends TransactionEvent
{
    public function broadcastAs(): string
    {
        return 'payment.processed';
    }

    protected function details(): array
    {
        return [
            ...$this->transaction->only('status', 'description'),
            'message' => "{$this->transaction->currency} {$this->transaction->amount} were paid",
        ];
    }
}
