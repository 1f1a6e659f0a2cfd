<?php

namespace Strangers;

class NoticeQuestion extends Question {
}
