<?php

use App\Http\Controllers\LoginController;
use App\Http\Controllers\MessageController;
use App\Http\Controllers\PaymentController;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Route;

Route::post('/login', [LoginController::class, 'token']);
Route::middleware('auth:sanctum')->group(function () {
    Route::get('/user', fn (Request $request) => $request->user()->only('id', 'uuid', 'name', 'role'));
    Route::post('/payments', [PaymentController::class, 'store']);
    Route::post('/rooms/{room}/messages', [MessageController::class, 'store']);
});
