<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A credit on the waiting list changed its state.
 *
 * Personal data: see the catalogue for who may have it.
 * A manager is reached through the list channel alone.
 * In the flat, older payload approved_by and delivered_by are whole user records.
 */
final class CreditWaitingListUpdate implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public readonly \DateTimeInterface|string $timestamp;

    /**
     * @param 'created'|'approved'|'rejected'|'delivered'|'rescheduled'|'completed'|'terminated' $action
     */
    public function __construct(
        public readonly string $action,
        public readonly WaitingListCredit $credit,
        public readonly Actor $user,
        \DateTimeInterface|string|null $timestamp = null,
    ) {
        $this->timestamp = $timestamp ?? Wire::now();
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('waiting-list'),
            new PrivateChannel('user.' . $this->credit->clientId),
            $this->credit->createdBy?->id === null ? null : new PrivateChannel('user.' . $this->credit->createdBy?->id),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'credit.waiting.list.update';
    }

    public function broadcastWith(): array
    {
        return [
            'action' => $this->action,
            'credit' => $this->credit->toArray(),
            'user' => $this->user->toArray(),
            'timestamp' => Wire::time($this->timestamp),
        ];
    }
}
