<?php

namespace App\Notifications;

use App\Models\Service;
use Illuminate\Notifications\Messages\BroadcastMessage;
use Illuminate\Notifications\Notification;

/** Arrives as `.notification(…)` in Echo, on the channel that User::receivesBroadcastNotificationsOn() names. */
class ServiceNotification extends Notification
{
    public function __construct(private readonly Service $service) {}

    public function via(object $notifiable): array
    {
        return ['broadcast'];
    }

    public function broadcastType(): string
    {
        return 'service_status';
    }

    public function toBroadcast(object $notifiable): BroadcastMessage
    {
        return new BroadcastMessage([
            'title' => $this->service->name,
            'message' => "{$this->service->name} is {$this->service->status}",
            'data' => ['service_id' => $this->service->id],
            'timestamp' => now()->toISOString(),
        ]);
    }
}
