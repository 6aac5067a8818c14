<?php

namespace App\Exceptions;

use Illuminate\Foundation\Exceptions\Handler as ExceptionHandler;
use Throwable;

class Handler extends ExceptionHandler
{
    protected function shouldReturnJson($request, Throwable $error): bool
    {
        return $request->is('api/*', 'broadcasting/*') || parent::shouldReturnJson($request, $error);
    }
}
