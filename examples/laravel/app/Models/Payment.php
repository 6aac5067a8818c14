<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\BelongsTo;

class Payment extends Model
{
    protected $guarded = [];

    protected $casts = ['amount' => 'decimal:2', 'payment_date' => 'datetime'];

    public function credit(): BelongsTo
    {
        return $this->belongsTo(Credit::class);
    }

    public function cobrador(): BelongsTo
    {
        return $this->belongsTo(User::class, 'received_by');
    }
}
