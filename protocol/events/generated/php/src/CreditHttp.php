<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A credit as the HTTP gateway takes it. */
final class CreditHttp implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly int|float|string $amount,
        public readonly int|float|string|null $totalAmount = null,
        public readonly int|float|string|null $balance = null,
        public readonly ?string $frequency = null,
        public readonly ?string $status = null,
        public readonly \DateTimeInterface|string|null $startDate = null,
        public readonly \DateTimeInterface|string|null $endDate = null,
        public readonly ?bool $entregaInmediata = null,
        public readonly \DateTimeInterface|string|null $scheduledDeliveryDate = null,
        public readonly ?string $clientName = null,
        public readonly int|string|null $clientId = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            amount: $data['amount'],
            totalAmount: $data['total_amount'] ?? null,
            balance: $data['balance'] ?? null,
            frequency: $data['frequency'] ?? null,
            status: $data['status'] ?? null,
            startDate: $data['start_date'] ?? null,
            endDate: $data['end_date'] ?? null,
            entregaInmediata: $data['entrega_inmediata'] ?? null,
            scheduledDeliveryDate: $data['scheduled_delivery_date'] ?? null,
            clientName: $data['client_name'] ?? null,
            clientId: $data['client_id'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'amount' => $this->amount,
            'total_amount' => $this->totalAmount,
            'balance' => $this->balance,
            'frequency' => $this->frequency,
            'status' => $this->status,
            'start_date' => Wire::time($this->startDate),
            'end_date' => Wire::time($this->endDate),
            'entrega_inmediata' => $this->entregaInmediata,
            'scheduled_delivery_date' => Wire::time($this->scheduledDeliveryDate),
            'client_name' => $this->clientName,
            'client_id' => $this->clientId,
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
