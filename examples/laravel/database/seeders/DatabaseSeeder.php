<?php

namespace Database\Seeders;

use App\Enums\Role;
use App\Models\ChatRoom;
use App\Models\Credit;
use App\Models\Invoice;
use App\Models\Payment;
use App\Models\Service;
use App\Models\Transaction;
use App\Models\User;
use Illuminate\Database\Console\Seeds\WithoutModelEvents;
use Illuminate\Database\Seeder;
use Illuminate\Support\Str;

/** One user of each role, all with the password "password", and what they work on. */
class DatabaseSeeder extends Seeder
{
    use WithoutModelEvents;

    public function run(): void
    {
        $manager = $this->user('Marta', Role::Manager);
        $cobrador = $this->user('Carlos', Role::Cobrador, $manager);
        $this->user('Celia', Role::Cobrador, $manager);
        $client = $this->user('Nadia', Role::Client);
        $admin = $this->user('Ada', Role::Admin);
        $this->user('Sofia', Role::SuperAdmin);
        $this->user('Tomas', Role::Support);
        $this->user('Oscar', Role::Client);

        $this->seedCredits($client, $cobrador);
        $this->seedHosting($client);
        ChatRoom::create(['name' => 'Route 7'])->members()->attach([$manager->id, $cobrador->id, $client->id]);
    }

    private function user(string $name, Role $role, ?User $manager = null): User
    {
        return User::create([
            'uuid' => (string) Str::uuid(),
            'name' => $name,
            'email' => Str::lower($name).'@example.com',
            'phone' => '+591 700 00000',
            'role' => $role,
            'manager_id' => $manager?->id,
            'password' => 'password',
        ]);
    }

    private function seedCredits(User $client, User $cobrador): void
    {
        $terms = ['client_id' => $client->id, 'created_by' => $cobrador->id, 'interest_rate' => 20];
        $active = ['status' => 'active', 'amount' => 5000, 'total_amount' => 6000, 'balance' => 4500];
        $overdue = Credit::create([...$terms, ...$active, 'end_date' => today()->subDays(3)]);
        Credit::create([...$terms, ...$active, 'end_date' => today()->addDays(5)]);
        Credit::create([...$terms, ...$active, 'end_date' => today()->addDays(90)]);
        Credit::create([
            ...$terms,
            'status' => 'waiting_delivery',
            'amount' => 1000,
            'total_amount' => 1200,
            'balance' => 1200,
            'end_date' => today()->addDays(60),
            'scheduled_delivery_date' => today()->addDay(),
        ]);
        Payment::create([
            'credit_id' => $overdue->id,
            'received_by' => $cobrador->id,
            'amount' => 250.5,
            'payment_method' => 'cash',
            'payment_date' => now(),
        ]);
    }

    private function seedHosting(User $owner): void
    {
        $money = ['user_id' => $owner->id, 'amount' => 49.9, 'currency' => 'USD'];
        Service::create(['user_id' => $owner->id, 'name' => 'VPS 4', 'status' => 'active', 'price' => 49.9]);
        Invoice::create([...$money, 'number' => 'INV-0001', 'status' => 'pending']);
        Transaction::create([...$money, 'status' => 'completed', 'description' => 'VPS 4, monthly']);
    }
}
