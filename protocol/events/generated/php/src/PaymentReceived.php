<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A payment was registered.
 *
 * Personal data: see the catalogue for who may have it.
 * The amount is payment.amount; there is none at the top.
 * Over the gateway only the cobrador is told under this name; his manager gets cobrador.payment.received.
 */
final class PaymentReceived implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly RegisteredPayment $payment,
        public readonly ?Contact $client = null,
        public readonly ?Contact $cobrador = null,
        public readonly ?Person $manager = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('payments'),
            $this->cobrador?->id === null ? null : new PrivateChannel('user.' . $this->cobrador?->id),
            $this->manager?->id === null ? null : new PrivateChannel('user.' . $this->manager?->id),
            $this->client?->id === null ? null : new PrivateChannel('user.' . $this->client?->id),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'payment.received';
    }

    public function broadcastWith(): array
    {
        return [
            'payment' => $this->payment->toArray(),
            'client' => $this->client?->toArray(),
            'cobrador' => $this->cobrador?->toArray(),
            'manager' => $this->manager?->toArray(),
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
