<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A payment as it was registered. */
final class RegisteredPayment implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly int|float|string $amount,
        public readonly \DateTimeInterface|string|null $paymentDate = null,
        public readonly ?string $paymentMethod = null,
        public readonly int|string|null $creditId = null,
        public readonly int|string|null $receivedBy = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            amount: $data['amount'],
            paymentDate: $data['payment_date'] ?? null,
            paymentMethod: $data['payment_method'] ?? null,
            creditId: $data['credit_id'] ?? null,
            receivedBy: $data['received_by'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'amount' => $this->amount,
            'payment_date' => Wire::time($this->paymentDate),
            'payment_method' => $this->paymentMethod,
            'credit_id' => $this->creditId,
            'received_by' => $this->receivedBy,
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
