<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Builder;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\BelongsTo;

class Credit extends Model
{
    protected $guarded = [];

    protected $casts = [
        'amount' => 'decimal:2',
        'total_amount' => 'decimal:2',
        'balance' => 'decimal:2',
        'interest_rate' => 'decimal:2',
        'end_date' => 'date',
        'scheduled_delivery_date' => 'date',
    ];

    public function client(): BelongsTo
    {
        return $this->belongsTo(User::class, 'client_id');
    }

    public function cobrador(): BelongsTo
    {
        return $this->belongsTo(User::class, 'created_by');
    }

    /** Active credits that are past their end, or within seven days of it. */
    public function scopeRequiringAttention(Builder $query): void
    {
        $query->where('status', 'active')->where('end_date', '<=', today()->addDays(7));
    }
}
