<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcastNow;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A service was bought.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class ServicePurchased implements ShouldBroadcastNow
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly int|string $serviceId,
        public readonly string $serviceName,
        public readonly int|float|string $purchaseAmount,
        public readonly string $message,
        \DateTimeInterface|string|null $timestamp = null,
        public readonly int|string|null $userUuid = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('admin.services'),
            $this->userUuid === null ? null : new PrivateChannel('user.' . $this->userUuid),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'service.purchased';
    }

    public function broadcastWith(): array
    {
        return [
            'service_id' => $this->serviceId,
            'service_name' => $this->serviceName,
            'purchase_amount' => $this->purchaseAmount,
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
