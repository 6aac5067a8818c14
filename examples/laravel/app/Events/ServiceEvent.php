<?php

namespace App\Events;

use App\Models\Service;
use Illuminate\Broadcasting\PrivateChannel;

/** Something about a service, for its owner and the admins. */
abstract class ServiceEvent extends RealtimeEvent
{
    public function __construct(public Service $service) {}

    /** The channel of the admins who are concerned. */
    protected function adminChannel(): string
    {
        return 'admin.services';
    }

    abstract protected function message(): string;

    abstract protected function details(): array;

    public function broadcastOn(): array
    {
        return [
            new PrivateChannel("user.{$this->service->owner->uuid}"),
            new PrivateChannel($this->adminChannel()),
        ];
    }

    protected function payload(): array
    {
        return [
            'service_id' => $this->service->id,
            'service_name' => $this->service->name,
            ...$this->details(),
            'message' => $this->message(),
        ];
    }
}
