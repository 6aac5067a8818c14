<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * An automatic charge was made.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class PaymentAutomaticProcessed implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly int|string $transactionId,
        public readonly int|float|string $amount,
        public readonly string $currency,
        public readonly string $status,
        public readonly string $message,
        public readonly int|string $userUuid,
        public readonly int|string|null $invoiceId = null,
        public readonly ?string $invoiceNumber = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('user.' . $this->userUuid),
            new PrivateChannel('admin.payments'),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'payment.automatic.processed';
    }

    public function broadcastWith(): array
    {
        return [
            'transaction_id' => $this->transactionId,
            'invoice_id' => $this->invoiceId,
            'invoice_number' => $this->invoiceNumber,
            'amount' => $this->amount,
            'currency' => $this->currency,
            'status' => $this->status,
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
