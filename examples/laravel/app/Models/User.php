<?php

namespace App\Models;

use App\Enums\Role;
use Illuminate\Database\Eloquent\Relations\BelongsTo;
use Illuminate\Foundation\Auth\User as Authenticatable;
use Illuminate\Notifications\Notifiable;
use Laravel\Sanctum\HasApiTokens;

class User extends Authenticatable
{
    use HasApiTokens;
    use Notifiable;

    protected $guarded = [];

    protected $hidden = ['password', 'remember_token'];

    protected $casts = ['password' => 'hashed', 'role' => Role::class];

    public function manager(): BelongsTo
    {
        return $this->belongsTo(self::class, 'manager_id');
    }

    public function hasRole(Role ...$roles): bool
    {
        return in_array($this->role, $roles, true);
    }

    /** Whether a channel's parameter names this user: by id in the credit application, by uuid on the hosting platform. */
    public function isNamedBy(string $id): bool
    {
        return (string) $this->id === $id || $this->uuid === $id;
    }

    /** As others see the user in an event. */
    public function person(string ...$more): array
    {
        return $this->only('id', 'name', ...$more);
    }

    /** The channel that notifications are broadcast on. */
    public function receivesBroadcastNotificationsOn(): string
    {
        return "user.{$this->uuid}";
    }
}
