<?php

namespace App\Console;

use Illuminate\Console\Scheduling\Schedule;
use Illuminate\Foundation\Console\Kernel as ConsoleKernel;

class Kernel extends ConsoleKernel
{
    protected function schedule(Schedule $schedule): void
    {
        $schedule->command('credits:check-attention')->hourly();
    }

    protected function commands(): void
    {
        $this->load(app_path('Console/Commands'));
    }
}
