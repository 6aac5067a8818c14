<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A message of a chat room. */
final class ChatMessage implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly string $message,
        public readonly string $type,
        public readonly bool $isFromAdmin,
        public readonly \DateTimeInterface|string $createdAt,
        public readonly ?string $attachmentUrl = null,
        public readonly ?ChatUser $user = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            message: $data['message'],
            type: $data['type'],
            attachmentUrl: $data['attachment_url'] ?? null,
            isFromAdmin: $data['is_from_admin'],
            user: isset($data['user']) ? ChatUser::fromArray($data['user']) : null,
            createdAt: $data['created_at'],
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'message' => $this->message,
            'type' => $this->type,
            'attachment_url' => $this->attachmentUrl,
            'is_from_admin' => $this->isFromAdmin,
            'user' => $this->user?->toArray(),
            'created_at' => Wire::time($this->createdAt),
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
