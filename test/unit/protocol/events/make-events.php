<?php

// Makes events of the generated classes and prints what Laravel would ask them for. Laravel's own parts are stood in for by
// the least that the classes use.

declare(strict_types=1);

namespace Illuminate\Broadcasting {
    class Channel
    {
        public function __construct(public string $name)
        {
        }
    }
    class PrivateChannel extends Channel
    {
        public function __construct(string $name)
        {
            parent::__construct('private-' . $name);
        }
    }
    class PresenceChannel extends Channel
    {
        public function __construct(string $name)
        {
            parent::__construct('presence-' . $name);
        }
    }
    trait InteractsWithSockets
    {
        public ?string $socket = null;
    }
}

namespace Illuminate\Contracts\Broadcasting {
    interface ShouldBroadcast
    {
        public function broadcastOn();
    }
    interface ShouldBroadcastNow extends ShouldBroadcast
    {
    }
}

namespace Illuminate\Foundation\Events {
    trait Dispatchable
    {
    }
}

namespace {
    $sources = $argv[1];
    spl_autoload_register(function (string $class) use ($sources): void {
        require $sources . str_replace('Pregon\\Events\\', '', $class) . '.php';
    });

    /** The value of a parameter, from the keys of the wire: records are made of arrays, dates of {date}. */
    function argument(ReflectionParameter $parameter, array $values, array $channels): mixed
    {
        $name = $parameter->getName();
        if (array_key_exists($name, $channels)) {
            return $channels[$name];
        }
        foreach ($values as $key => $value) {
            if (lcfirst(str_replace(' ', '', ucwords(strtr($key, '_', ' ')))) !== $name) {
                continue;
            }
            if (is_array($value) && isset($value['date']) && count($value) === 1) {
                return new DateTimeImmutable($value['date']);
            }
            return shaped($value, $parameter);
        }
        return $parameter->isDefaultValueAvailable() ? $parameter->getDefaultValue() : 'x1';
    }

    function shaped(mixed $value, ReflectionParameter $parameter): mixed
    {
        $type = $parameter->getType();
        if (is_array($value) && $type instanceof ReflectionNamedType && !$type->isBuiltin()) {
            return $type->getName()::fromArray($value);
        }
        if (is_array($value) && $parameter->getName() === 'pendingBoxes') {
            return array_map(Pregon\Events\PendingCashBox::fromArray(...), $value);
        }
        return $value;
    }

    $made = array_map(function (array $asked): array {
        $class = 'Pregon\\Events\\' . $asked['class'];
        $parameters = (new ReflectionMethod($class, '__construct'))->getParameters();
        $event = new $class(...array_map(
            fn (ReflectionParameter $each) => argument($each, $asked['values'], $asked['channels']),
            $parameters,
        ));
        // As a queue does it between the making and the sending.
        $event = unserialize(serialize($event));

        return [
            'on' => array_map(fn ($channel) => $channel->name, $event->broadcastOn()),
            'as' => $event->broadcastAs(),
            'with' => $event->broadcastWith(),
            'now' => $event instanceof Illuminate\Contracts\Broadcasting\ShouldBroadcastNow,
        ];
    }, json_decode(stream_get_contents(STDIN), true, flags: JSON_THROW_ON_ERROR));

    echo json_encode($made, JSON_THROW_ON_ERROR);
}
