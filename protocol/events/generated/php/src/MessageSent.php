<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A message was written in a chat room.
 *
 * Personal data: see the catalogue for who may have it.
 * Some classes build the user channel from the integer id; nobody subscribed by UUID gets those.
 */
final class MessageSent implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly int|string $chatRoomId,
        public readonly ChatMessage $message,
        public readonly int|string $userId,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('chat.' . $this->chatRoomId),
            new PrivateChannel('user.' . $this->userId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'message.sent';
    }

    public function broadcastWith(): array
    {
        return [
            'chat_room_id' => $this->chatRoomId,
            'message' => $this->message->toArray(),
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
