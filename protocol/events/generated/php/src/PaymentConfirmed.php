<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A payment was confirmed and credited.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class PaymentConfirmed implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly string $paymentId,
        public readonly string $status,
        public readonly int|string $userId,
        public readonly ?string $planType = null,
        public readonly ?int $creditsAdded = null,
        public readonly ?int $totalCredits = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('user.' . $this->userId),
            new PrivateChannel('cache-user.' . $this->userId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'payment.confirmed';
    }

    public function broadcastWith(): array
    {
        return [
            'paymentId' => $this->paymentId,
            'status' => $this->status,
            'planType' => $this->planType,
            'creditsAdded' => $this->creditsAdded,
            'totalCredits' => $this->totalCredits,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
