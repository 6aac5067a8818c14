<?php

namespace App\Events;

use App\Models\ChatRoom;
use App\Models\User;
use Illuminate\Broadcasting\PresenceChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcastNow;

/** Somebody wrote in a room: for everybody who is in it. */
class MessageSent extends RealtimeEvent implements ShouldBroadcastNow
{
    public function __construct(
        private readonly ChatRoom $room,
        private readonly User $author,
        private readonly string $id,
        private readonly string $text,
    ) {
        $this->happenedNow();
    }

    public function broadcastAs(): string
    {
        return 'message.sent';
    }

    public function broadcastOn(): array
    {
        return [new PresenceChannel("chat.{$this->room->id}")];
    }

    protected function payload(): array
    {
        return [
            'chat_room_id' => $this->room->id,
            'message' => ['id' => $this->id, 'message' => $this->text, 'user' => $this->author->person()],
        ];
    }
}
