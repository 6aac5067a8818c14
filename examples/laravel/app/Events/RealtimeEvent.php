<?php

namespace App\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;
use Illuminate\Queue\SerializesModels;

/** What all events have in common: they are broadcast, and say when they happened. */
abstract class RealtimeEvent implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;
    use SerializesModels;

    protected ?string $happenedAt = null;

    /** The payload, beside the timestamp. */
    abstract protected function payload(): array;

    public function broadcastWith(): array
    {
        return [...$this->payload(), 'timestamp' => $this->happenedAt ?? now()->toISOString()];
    }

    /** Keeps the time of events that wait in a queue. */
    protected function happenedNow(): void
    {
        $this->happenedAt = now()->toISOString();
    }
}
