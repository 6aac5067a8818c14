<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A payment as the HTTP gateway takes it. */
final class PaymentHttp implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly int|float|string $amount,
        public readonly int|string|null $creditId = null,
        public readonly ?string $status = null,
        public readonly \DateTimeInterface|string|null $paymentDate = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            amount: $data['amount'],
            creditId: $data['credit_id'] ?? null,
            status: $data['status'] ?? null,
            paymentDate: $data['payment_date'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'amount' => $this->amount,
            'credit_id' => $this->creditId,
            'status' => $this->status,
            'payment_date' => Wire::time($this->paymentDate),
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
