<?php

namespace App\Console\Commands;

use Illuminate\Broadcasting\BroadcastManager;
use Illuminate\Console\Command;

class CountConnections extends Command
{
    protected $signature = 'broadcast:connections';

    protected $description = "Ask for the number of connections, as Pulse's recorder of Reverb's connections does";

    public function handle(BroadcastManager $broadcast): int
    {
        $config = config('broadcasting.connections.'.$broadcast->getDefaultDriver());
        $this->line((string) $broadcast->pusher($config)->get('/connections')->connections);

        return self::SUCCESS;
    }
}
