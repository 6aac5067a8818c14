<?php

namespace App\Providers;

use App\Models\User;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Broadcast;
use Illuminate\Support\ServiceProvider;

class AppServiceProvider extends ServiceProvider
{
    public function boot(): void
    {
        // /broadcasting/user-auth: who signs in with pusher.signin() can be sent events of his own.
        Broadcast::userRoutes(['middleware' => ['web', 'auth:sanctum']]);
        Broadcast::resolveAuthenticatedUserUsing(function (Request $request): ?array {
            /** @var User|null $user */
            $user = $request->user();

            return $user === null ? null : ['id' => (string) $user->id, 'user_info' => $user->person('role')];
        });
    }
}
