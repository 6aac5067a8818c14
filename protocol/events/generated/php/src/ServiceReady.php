<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A service is ready to be used.
 *
 * Secret data: see the catalogue for who may have it.
 * access_details holds credentials. Send it to the owner alone, and administrators an event without it.
 */
final class ServiceReady implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    /**
     * @param array<string, mixed> $accessDetails
     */
    public function __construct(
        public readonly int|string $serviceId,
        public readonly string $serviceName,
        public readonly array $accessDetails,
        public readonly string $message,
        public readonly int|string $userUuid,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('user.' . $this->userUuid),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'service.ready';
    }

    public function broadcastWith(): array
    {
        return [
            'service_id' => $this->serviceId,
            'service_name' => $this->serviceName,
            'access_details' => Wire::map($this->accessDetails),
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
