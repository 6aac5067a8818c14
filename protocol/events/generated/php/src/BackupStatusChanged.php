<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

use Illuminate\Broadcasting\InteractsWithSockets;
use Illuminate\Broadcasting\PrivateChannel;
use Illuminate\Contracts\Broadcasting\ShouldBroadcast;
use Illuminate\Foundation\Events\Dispatchable;

/**
 * A backup made progress.
 *
 * Personal data: see the catalogue for who may have it.
 * No timestamp.
 */
final class BackupStatusChanged implements ShouldBroadcast
{
    use Dispatchable;
    use InteractsWithSockets;

    public function __construct(
        public readonly string $uuid,
        public readonly string $type,
        public readonly string $status,
        public readonly string $name,
        public readonly ?int $sizeBytes = null,
        public readonly ?string $error = null,
        public readonly \DateTimeInterface|string|null $startedAt = null,
        public readonly \DateTimeInterface|string|null $completedAt = null,
    ) {
    }

    /** @return list<\Illuminate\Broadcasting\Channel> */
    public function broadcastOn(): array
    {
        $channels = array_values(array_filter([
            new PrivateChannel('admin.backups'),
        ]));

        return array_values(array_column($channels, null, 'name'));
    }

    public function broadcastAs(): string
    {
        return 'backup.status.changed';
    }

    public function broadcastWith(): array
    {
        return [
            'uuid' => $this->uuid,
            'type' => $this->type,
            'status' => $this->status,
            'name' => $this->name,
            'size_bytes' => $this->sizeBytes,
            'error' => $this->error,
            'started_at' => Wire::time($this->startedAt),
            'completed_at' => Wire::time($this->completedAt),
        ];
    }
}
