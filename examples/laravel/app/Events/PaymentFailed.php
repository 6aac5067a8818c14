<?php

namespace App\Events;

use App\Models\Transaction;

class PaymentFailed extends TransactionEvent
{
    public function __construct(Transaction $transaction, public string $reason = '')
    {
        parent::__construct($transaction);
    }

    public function broadcastAs(): string
    {
        return 'payment.failed';
    }

    protected function details(): array
    {
        return [
            'reason' => $this->reason,
            'message' => "{$this->transaction->currency} {$this->transaction->amount} could not be charged",
        ];
    }
}
