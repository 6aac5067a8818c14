<?php

namespace App\Events;

use Illuminate\Contracts\Broadcasting\ShouldBroadcastNow;

/** Sent before the buyer's request is answered, whatever the queue. */
class ServicePurchased extends ServiceEvent implements ShouldBroadcastNow
{
    public function broadcastAs(): string
    {
        return 'service.purchased';
    }

    protected function message(): string
    {
        return "{$this->service->name} was bought";
    }

    protected function details(): array
    {
        return ['purchase_amount' => $this->service->price];
    }
}
