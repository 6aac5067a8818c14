<?php

namespace App\Models;

use Illuminate\Database\Eloquent\BroadcastsEvents;
use Illuminate\Database\Eloquent\Concerns\HasUuids;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\BelongsTo;

/** Broadcasts its own changes: InvoiceCreated, InvoiceUpdated and InvoiceDeleted, on App.Models.Invoice.{id}. */
class Invoice extends Model
{
    use BroadcastsEvents;
    use HasUuids;

    protected $guarded = [];

    protected $casts = ['amount' => 'decimal:2'];

    public function owner(): BelongsTo
    {
        return $this->belongsTo(User::class, 'user_id');
    }

    public function broadcastOn(string $event): array
    {
        return [$this];
    }

    public function broadcastWith(string $event): array
    {
        return ['invoice' => $this->only('id', 'number', 'amount', 'currency', 'status')];
    }
}
