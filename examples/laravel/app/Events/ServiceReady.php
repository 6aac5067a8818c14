<?php

namespace App\Events;

use App\Models\Service;

/** Provisioning finished. The admins read this too, so it tells no password: see ServiceAccessGranted. */
class ServiceReady extends ServiceEvent
{
    /** @param  array<string, string>  $accessDetails  an empty one becomes `[]` in JSON, not `{}` */
    public function __construct(Service $service, public array $accessDetails = [])
    {
        parent::__construct($service);
    }

    public function broadcastAs(): string
    {
        return 'service.ready';
    }

    protected function message(): string
    {
        return "{$this->service->name} is ready";
    }

    protected function details(): array
    {
        return ['access_details' => $this->accessDetails];
    }
}
