<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A credit on the waiting list. */
final class WaitingListCredit implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly int|string $clientId,
        public readonly int|float|string $amount,
        public readonly string $status,
        public readonly int|float|string|null $totalAmount = null,
        public readonly int|float|string|null $interestRate = null,
        public readonly \DateTimeInterface|string|null $scheduledDeliveryDate = null,
        public readonly \DateTimeInterface|string|null $createdAt = null,
        public readonly ?Contact $client = null,
        public readonly ?Person $createdBy = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            clientId: $data['client_id'],
            amount: $data['amount'],
            totalAmount: $data['total_amount'] ?? null,
            interestRate: $data['interest_rate'] ?? null,
            status: $data['status'],
            scheduledDeliveryDate: $data['scheduled_delivery_date'] ?? null,
            createdAt: $data['created_at'] ?? null,
            client: isset($data['client']) ? Contact::fromArray($data['client']) : null,
            createdBy: isset($data['created_by']) ? Person::fromArray($data['created_by']) : null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'client_id' => $this->clientId,
            'amount' => $this->amount,
            'total_amount' => $this->totalAmount,
            'interest_rate' => $this->interestRate,
            'status' => $this->status,
            'scheduled_delivery_date' => Wire::time($this->scheduledDeliveryDate),
            'created_at' => Wire::time($this->createdAt),
            'client' => $this->client?->toArray(),
            'created_by' => $this->createdBy?->toArray(),
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
