<?php

namespace App\Providers;

use Illuminate\Foundation\Support\Providers\RouteServiceProvider as ServiceProvider;
use Illuminate\Support\Facades\Broadcast;
use Illuminate\Support\Facades\Route;
use Laravel\Sanctum\Sanctum;

class RouteServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        parent::register();
        // The example has the table among its own migrations; from Sanctum 4 on there is no other way.
        Sanctum::ignoreMigrations();
    }

    public function boot(): void
    {
        $this->routes(function (): void {
            Route::middleware('api')->prefix('api')->group(base_path('routes/api.php'));
            Route::middleware('web')->group(base_path('routes/web.php'));
        });
        Broadcast::routes(['middleware' => ['web', 'auth:sanctum']]);
        require base_path('routes/channels.php');
    }
}
