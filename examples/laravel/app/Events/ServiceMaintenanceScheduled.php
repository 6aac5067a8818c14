<?php

namespace App\Events;

use App\Models\Service;

class ServiceMaintenanceScheduled extends ServiceEvent
{
    public function __construct(
        Service $service,
        public string $start,
        public string $end,
        public string $description = '',
    ) {
        parent::__construct($service);
    }

    public function broadcastAs(): string
    {
        return 'service.maintenance.scheduled';
    }

    protected function adminChannel(): string
    {
        return 'admin.maintenance';
    }

    protected function message(): string
    {
        return "{$this->service->name} will be under maintenance from {$this->start} to {$this->end}";
    }

    protected function details(): array
    {
        return [
            'maintenance_start' => $this->start,
            'maintenance_end' => $this->end,
            'description' => $this->description,
        ];
    }
}
