<?php

namespace App\Console\Commands;

use App\Events\CreditRequiresAttention;
use App\Events\CreditWaitingListUpdate;
use App\Events\InvoiceStatusChanged;
use App\Events\PaymentFailed;
use App\Events\PaymentProcessed;
use App\Events\PaymentReceived;
use App\Events\ServiceAccessGranted;
use App\Events\ServiceMaintenanceScheduled;
use App\Events\ServicePurchased;
use App\Events\ServiceReady;
use App\Events\ServiceStatusChanged;
use App\Events\SystemAlert;
use App\Models\Credit;
use App\Models\Invoice;
use App\Models\Payment;
use App\Models\Service;
use App\Models\Transaction;
use App\Models\User;
use App\Notifications\ServiceNotification;
use Closure;
use Illuminate\Console\Command;
use Illuminate\Support\Facades\Broadcast;

class FireEvent extends Command
{
    protected $signature = 'broadcast:fire
        {name? : Name of the event; none lists them}
        {--users= : system.alert: to the channels of the users 1 to this number}
        {--bytes= : system.alert: length of the message}
        {--to=1 : user.notice: id of the user who signed in}';

    protected $description = 'Broadcast an event with the data of the seeder';

    public function handle(): int
    {
        $events = $this->events();
        $name = $this->argument('name');
        if (! isset($events[$name])) {
            $this->line(implode(PHP_EOL, array_keys($events)));

            return $name === null ? self::SUCCESS : self::INVALID;
        }
        $events[$name]();
        $this->info("{$name} was sent");

        return self::SUCCESS;
    }

    /** @return array<string, Closure(): mixed> */
    private function events(): array
    {
        return [...$this->creditEvents(), ...$this->hostingEvents(), ...$this->systemEvents()];
    }

    private function creditEvents(): array
    {
        return [
            'payment.received' => fn () => PaymentReceived::dispatch(Payment::firstOrFail()),
            'credit.requires.attention' => fn () => CreditRequiresAttention::dispatch(Credit::firstOrFail()),
            'credit.waiting.list.update' => fn () => CreditWaitingListUpdate::dispatch(
                Credit::firstWhere('status', 'waiting_delivery'),
                'approved',
                User::firstWhere('role', 'manager'),
            ),
        ];
    }

    private function hostingEvents(): array
    {
        $service = fn (): Service => Service::firstOrFail();
        $invoice = fn (): Invoice => Invoice::firstOrFail();
        $transaction = fn (): Transaction => Transaction::firstOrFail();
        $start = today()->addWeek()->setHour(3);
        $access = ['host' => 'vps4.example.com', 'user' => 'root'];

        return [
            'service.status.changed' => fn () => ServiceStatusChanged::dispatch($service(), 'pending'),
            'service.purchased' => fn () => ServicePurchased::dispatch($service()),
            'service.ready' => fn () => ServiceReady::dispatch($service()),
            'service.access.granted' => fn () => ServiceAccessGranted::dispatch($service(), $access),
            'service.maintenance.scheduled' => fn () => ServiceMaintenanceScheduled::dispatch(
                $service(),
                $start->toDateTimeString(),
                $start->addHour()->toDateTimeString(),
            ),
            'invoice.status.changed' => fn () => InvoiceStatusChanged::dispatch($invoice(), 'draft'),
            'payment.processed' => fn () => PaymentProcessed::dispatch($transaction()),
            'payment.failed' => fn () => PaymentFailed::dispatch($transaction(), 'insufficient_funds'),
            'InvoiceUpdated' => fn () => $this->toggleInvoice($invoice()),
            'notification' => fn () => $service()->owner->notify(new ServiceNotification($service())),
        ];
    }

    private function systemEvents(): array
    {
        $users = (int) $this->option('users');
        $text = str_repeat('a', (int) $this->option('bytes')) ?: 'The system is updated at midnight';

        return [
            'system.alert' => fn () => SystemAlert::dispatch('Notice', $text, $users > 0 ? range(1, $users) : []),
            'user.notice' => fn () => Broadcast::connection()->getPusher()
                ->sendToUser((string) $this->option('to'), 'user.notice', ['message' => $text]),
        ];
    }

    /** The model broadcasts its own change. */
    private function toggleInvoice(Invoice $invoice): void
    {
        $invoice->update(['status' => $invoice->status === 'paid' ? 'pending' : 'paid']);
    }
}
