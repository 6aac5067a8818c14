<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\BelongsToMany;

class ChatRoom extends Model
{
    protected $guarded = [];

    public function members(): BelongsToMany
    {
        return $this->belongsToMany(User::class);
    }

    /** Its members, and those who answer tickets. */
    public function isOpenTo(User $user): bool
    {
        return $this->members()->whereKey($user->id)->exists() || $user->role->isSupport();
    }
}
