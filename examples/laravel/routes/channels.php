<?php

use App\Enums\Role;
use App\Models\ChatRoom;
use App\Models\Invoice;
use App\Models\User;
use Illuminate\Support\Facades\Broadcast;

/*
 * One rule serves the private, the encrypted and the presence channel of its name. Ids are compared as strings:
 * (int) '7f3a…' is 7, and two uuids with the same first digits would be the same user.
 */

$everybody = fn (): bool => true;
$admins = fn (User $user): bool => $user->role->isAdmin();

Broadcast::channel('user.{id}', fn (User $user, string $id): bool => $user->isNamedBy($id));
Broadcast::channel('App.Models.User.{id}', fn (User $user, string $id): bool => $user->isNamedBy($id));
Broadcast::channel('system.notifications', $everybody);

// The credit application
Broadcast::channel(
    'cobrador.{id}',
    fn (User $user, string $id): bool => $user->hasRole(Role::Cobrador) && (string) $user->id === $id,
);
Broadcast::channel('payments', fn (User $user): bool => $user->hasRole(Role::Manager) || $user->role->isAdmin());
foreach (['credits-attention', 'waiting-list'] as $list) {
    Broadcast::channel(
        $list,
        fn (User $user): bool => $user->hasRole(Role::Manager, Role::Cobrador) || $user->role->isAdmin(),
    );
}
Broadcast::channel(
    'role.{role}',
    fn (User $user, string $role): bool => $user->role->isAdmin() || $user->role->value === $role,
);

// The hosting platform
foreach (['services', 'payments', 'invoices', 'maintenance', 'users', 'notifications'] as $area) {
    Broadcast::channel("admin.{$area}", $admins);
}
Broadcast::channel('admin.tickets', fn (User $user): bool => $user->role->isSupport());
Broadcast::channel('admin.super', fn (User $user): bool => $user->hasRole(Role::SuperAdmin));
Broadcast::channel(
    'App.Models.Invoice.{id}',
    fn (User $user, string $id): bool => $user->role->isAdmin()
        || Invoice::whereKey($id)->where('user_id', $user->id)->exists(),
);

// Presence: what the rule returns is what the other members see.
Broadcast::channel('chat.{roomId}', function (User $user, string $roomId): array|false {
    $room = ChatRoom::find($roomId);
    if ($room === null || (string) $room->id !== $roomId) {
        return false;
    }

    return $room->isOpenTo($user) ? $user->person('role') : false;
});
Broadcast::channel(
    'online',
    fn (User $user): array|false => $user->role->isStaff() ? $user->person('role') : false,
);
