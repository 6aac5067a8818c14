<?php

namespace App\Events;

use App\Models\Invoice;
use Illuminate\Broadcasting\PrivateChannel;

class InvoiceStatusChanged extends RealtimeEvent
{
    public function __construct(public Invoice $invoice, public readonly string $oldStatus) {}

    public function broadcastAs(): string
    {
        return 'invoice.status.changed';
    }

    public function broadcastOn(): array
    {
        return [
            new PrivateChannel("user.{$this->invoice->owner->uuid}"),
            new PrivateChannel('admin.invoices'),
        ];
    }

    protected function payload(): array
    {
        return [
            'invoice_id' => $this->invoice->id,
            'invoice_number' => $this->invoice->number,
            'old_status' => $this->oldStatus,
            'new_status' => $this->invoice->status,
            ...$this->invoice->only('amount', 'currency'),
            'message' => "Invoice {$this->invoice->number} is now {$this->invoice->status}",
        ];
    }
}
