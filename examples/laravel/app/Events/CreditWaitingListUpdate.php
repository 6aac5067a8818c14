<?php

namespace App\Events;

use App\Models\Credit;
use App\Models\User;
use Illuminate\Broadcasting\PrivateChannel;

/** A credit moved along the waiting list. Queued in the database: `php artisan queue:work database` sends it. */
class CreditWaitingListUpdate extends RealtimeEvent
{
    public string $connection = 'database';

    /** @param  string  $action  created, approved, rejected, delivered or rescheduled */
    public function __construct(
        public Credit $credit,
        public string $action,
        public User $user,
    ) {
        $this->happenedNow();
    }

    public function broadcastAs(): string
    {
        return 'credit.waiting.list.update';
    }

    public function broadcastOn(): array
    {
        return [
            new PrivateChannel('waiting-list'),
            new PrivateChannel("user.{$this->credit->client_id}"),
            new PrivateChannel("user.{$this->credit->created_by}"),
        ];
    }

    protected function payload(): array
    {
        return [
            'action' => $this->action,
            'credit' => [
                ...$this->credit->only(
                    'id', 'client_id', 'amount', 'total_amount', 'interest_rate', 'status',
                    'scheduled_delivery_date', 'created_at',
                ),
                'client' => $this->credit->client->person('email', 'phone'),
                'created_by' => $this->credit->cobrador->person(),
            ],
            'user' => $this->user->person('role'),
        ];
    }
}
