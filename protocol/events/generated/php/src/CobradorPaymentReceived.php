<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A manager's cobrador received a payment.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class CobradorPaymentReceived implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly PaymentHttp $payment,
        public readonly string $message,
        public readonly ?string $title = null,
        public readonly ?Person $cobrador = null,
        public readonly ?Person $client = null,
        \DateTimeInterface|string|null $timestamp = null,
        public readonly int|string|null $managerId = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            $this->managerId === null ? null : new PrivateChannel('user.' . $this->managerId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'cobrador.payment.received';
    }

    public function broadcastWith(): array
    {
        return [
            'type' => 'cobrador_payment_received',
            'title' => $this->title,
            'payment' => $this->payment->toArray(),
            'cobrador' => $this->cobrador?->toArray(),
            'client' => $this->client?->toArray(),
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
