<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A payment was processed.
 *
 * Personal data: see the catalogue for who may have it.
 * Some classes build the user channel from the integer id; nobody subscribed by UUID gets those.
 */
final class PaymentProcessed implements ShouldBroadcast
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
        public readonly ?string $description = null,
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
        return 'payment.processed';
    }

    public function broadcastWith(): array
    {
        return [
            'transaction_id' => $this->transactionId,
            'amount' => $this->amount,
            'currency' => $this->currency,
            'status' => $this->status,
            'description' => $this->description,
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
