<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * An invoice's status changed.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class InvoiceStatusChanged implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly int|string $invoiceId,
        public readonly string $invoiceNumber,
        public readonly string $oldStatus,
        public readonly string $newStatus,
        public readonly int|float|string $amount,
        public readonly string $currency,
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
            new PrivateChannel('admin.invoices'),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'invoice.status.changed';
    }

    public function broadcastWith(): array
    {
        return [
            'invoice_id' => $this->invoiceId,
            'invoice_number' => $this->invoiceNumber,
            'old_status' => $this->oldStatus,
            'new_status' => $this->newStatus,
            'amount' => $this->amount,
            'currency' => $this->currency,
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
