<?php

use App\Http\Controllers\LoginController;
use App\Http\Controllers\PaymentController;
use Illuminate\Support\Facades\Route;

Route::post('/login', [LoginController::class, 'token']);
Route::post('/payments', [PaymentController::class, 'store'])->middleware('auth:sanctum');
