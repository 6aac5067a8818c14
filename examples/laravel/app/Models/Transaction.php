<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Concerns\HasUuids;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\BelongsTo;

class Transaction extends Model
{
    use HasUuids;

    protected $guarded = [];

    protected $casts = ['amount' => 'decimal:2'];

    public function payer(): BelongsTo
    {
        return $this->belongsTo(User::class, 'user_id');
    }
}
