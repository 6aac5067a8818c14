<?php

namespace App\Events;

use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcastNow;

/** For everybody who is signed in; or for some users only, each on his own channel. */
class SystemAlert extends RealtimeEvent implements ShouldBroadcastNow
{
    /** @param  list<int|string>  $userIds  none: everybody */
    public function __construct(
        public string $title,
        public string $text,
        public array $userIds = [],
    ) {}

    public function broadcastAs(): string
    {
        return 'system.alert';
    }

    public function broadcastOn(): array
    {
        if ($this->userIds !== []) {
            return array_map(fn (int|string $id) => new PrivateChannel("user.{$id}"), $this->userIds);
        }

        return [new PrivateChannel('system.notifications'), new PrivateChannel('admin.super')];
    }

    protected function payload(): array
    {
        return ['title' => $this->title, 'message' => $this->text, 'severity' => 'info', 'data' => []];
    }
}
