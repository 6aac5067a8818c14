<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PresenceChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A reply was delivered or read.
 *
 * Personal data: see the catalogue for who may have it.
 */
final class TicketReplyReceipt implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    /**
     * @param 'delivered'|'read' $status
     */
    public function __construct(
        public readonly int|string $replyId,
        public readonly string $replyUuid,
        public readonly string $ticketUuid,
        public readonly string $status,
        public readonly \DateTimeInterface|string|null $deliveredAt = null,
        public readonly \DateTimeInterface|string|null $readAt = null,
        public readonly int|string|null $byUserId = null,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PresenceChannel('ticket.' . $this->ticketUuid),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'ticket.reply.receipt';
    }

    public function broadcastWith(): array
    {
        return [
            'reply_id' => $this->replyId,
            'reply_uuid' => $this->replyUuid,
            'ticket_uuid' => $this->ticketUuid,
            'status' => $this->status,
            'delivered_at' => Wire::time($this->deliveredAt),
            'read_at' => Wire::time($this->readAt),
            'by_user_id' => $this->byUserId,
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
