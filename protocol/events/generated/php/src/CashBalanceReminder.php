<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A cobrador left cash boxes open.
 *
 * Personal data: see the catalogue for who may have it.
 * Its sample has no timestamp.
 */
final class CashBalanceReminder implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    /**
     * @param list<string> $pendingDates
     * @param list<PendingCashBox> $pendingBoxes
     */
    public function __construct(
        public readonly string $title,
        public readonly string $message,
        public readonly int $pendingCount,
        public readonly array $pendingDates,
        public readonly array $pendingBoxes,
        public readonly int|string $userId,
    ) {
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('user.' . $this->userId),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'cash.balance.reminder';
    }

    public function broadcastWith(): array
    {
        return [
            'title' => $this->title,
            'message' => $this->message,
            'pending_count' => $this->pendingCount,
            'pending_dates' => $this->pendingDates,
            'pending_boxes' => array_map(fn ($each) => $each->toArray(), $this->pendingBoxes),
        ];
    }
}
