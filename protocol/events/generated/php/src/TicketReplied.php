<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * Somebody replied to a ticket.
 *
 * Personal data: see the catalogue for who may have it.
 * ticket_id is a UUID here and an integer in ticket.read.
 */
final class TicketReplied implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    public function __construct(
        public readonly int|string $ticketId,
        public readonly string $ticketSubject,
        public readonly int|string $replyId,
        public readonly string $replyMessage,
        public readonly string $replyBy,
        public readonly bool $isFromStaff,
        public readonly string $message,
        public readonly int|string $userUuid,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('user.' . $this->userUuid),
            new PrivateChannel('admin.tickets'),
            new PrivateChannel('ticket.' . $this->ticketId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'ticket.replied';
    }

    public function broadcastWith(): array
    {
        return [
            'ticket_id' => $this->ticketId,
            'ticket_subject' => $this->ticketSubject,
            'reply_id' => $this->replyId,
            'reply_message' => $this->replyMessage,
            'reply_by' => $this->replyBy,
            'is_from_staff' => $this->isFromStaff,
            'message' => $this->message,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
