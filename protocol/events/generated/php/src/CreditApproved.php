<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A manager approved a credit.
 *
 * Personal data: see the catalogue for who may have it.
 * entrega_inmediata is true only if one of entrega_inmediata, entregaInmediata, immediate_delivery, immediateDelivery and deliver_immediately of the credit is exactly true.
 */
final class CreditApproved implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly CreditHttp $credit,
        public readonly string $message,
        public readonly ?string $title = null,
        public readonly ?Person $manager = null,
        public readonly ?bool $entregaInmediata = null,
        \DateTimeInterface|string|null $timestamp = null,
        public readonly int|string|null $cobradorId = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            $this->cobradorId === null ? null : new PrivateChannel('user.' . $this->cobradorId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'credit.approved';
    }

    public function broadcastWith(): array
    {
        return [
            'type' => 'credit_approved',
            'title' => $this->title,
            'credit' => $this->credit->toArray(),
            'manager' => $this->manager?->toArray(),
            'entrega_inmediata' => $this->entregaInmediata,
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
