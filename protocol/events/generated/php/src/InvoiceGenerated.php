<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * An invoice was issued.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class InvoiceGenerated implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly int|string $invoiceId,
        public readonly string $invoiceNumber,
        public readonly int|float|string $amount,
        public readonly string $currency,
        public readonly string $status,
        public readonly string $message,
        public readonly int|string $userUuid,
        public readonly \DateTimeInterface|string|null $dueDate = null,
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
        return 'invoice.generated';
    }

    public function broadcastWith(): array
    {
        return [
            'invoice_id' => $this->invoiceId,
            'invoice_number' => $this->invoiceNumber,
            'amount' => $this->amount,
            'currency' => $this->currency,
            'due_date' => Wire::time($this->dueDate),
            'status' => $this->status,
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
