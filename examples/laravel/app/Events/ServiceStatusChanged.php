<?php

namespace App\Events;

use App\Models\Service;

class ServiceStatusChanged extends ServiceEvent
{
    public function __construct(Service $service, public string $oldStatus)
    {
        parent::__construct($service);
    }

    public function broadcastAs(): string
    {
        return 'service.status.changed';
    }

    protected function message(): string
    {
        return "{$this->service->name} is now {$this->service->status}";
    }

    protected function details(): array
    {
        return ['old_status' => $this->oldStatus, 'new_status' => $this->service->status];
    }
}
