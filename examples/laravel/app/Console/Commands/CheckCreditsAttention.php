<?php

namespace App\Console\Commands;

use App\Events\CreditRequiresAttention;
use App\Models\Credit;
use Illuminate\Console\Command;

class CheckCreditsAttention extends Command
{
    protected $signature = 'credits:check-attention';

    protected $description = 'Tell of active credits that are overdue or end within seven days';

    public function handle(): int
    {
        $credits = Credit::requiringAttention()->with('client', 'cobrador.manager')->orderBy('id')->get();
        foreach ($credits as $credit) {
            CreditRequiresAttention::dispatch($credit, $credit->end_date->isBefore(today()) ? 'overdue' : 'ending_soon');
        }
        $this->info("{$credits->count()} credits require attention");

        return self::SUCCESS;
    }
}
