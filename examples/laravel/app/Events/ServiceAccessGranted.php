<?php

namespace App\Events;

use App\Models\Service;
use Illuminate\Broadcasting\EncryptedPrivateChannel;

/** The credentials of a service, for its owner alone: encrypted, so that not even pregon can read them. */
class ServiceAccessGranted extends RealtimeEvent
{
    /** @param  array<string, string>  $accessDetails */
    public function __construct(public Service $service, public readonly array $accessDetails) {}

    public function broadcastAs(): string
    {
        return 'service.access.granted';
    }

    public function broadcastOn(): array
    {
        return [new EncryptedPrivateChannel("user.{$this->service->owner->uuid}")];
    }

    protected function payload(): array
    {
        return ['service_id' => $this->service->id, 'access_details' => $this->accessDetails];
    }
}
